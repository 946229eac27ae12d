"""The account of a file's lines."""

from icos_core.raw_text.line_account import LineAccount


def test_counts_become_a_tally():
    account = LineAccount("a.txt")
    account.seen, account.kept = 7, 4
    account.reject("blank line", 2)
    account.reject("blank line", 1)
    account.reject("too few fields", 0)
    account.count_type("EQU", 4)
    account.damage("equ temp", 2)
    tally = account.tally
    assert tally.balanced
    assert (tally.rejected, tally.by_type, tally.damaged) == ({"blank line": 3}, {"EQU": 4}, {"equ temp": 2})


def test_the_first_problems_of_a_kind_are_told_the_rest_counted():
    account = LineAccount("a.txt")
    room = [account.tell("damaged", f"case {number}", line=number, text="EQU\t\x00µ" * 100) for number in range(1, 8)]
    assert room == [True] * 4 + [False] * 3
    account.tell_more("damaged", 10)
    account.tell("other", "once")
    problems = account.problems
    assert [problem.message for problem in problems] == [*(f"case {number}" for number in range(1, 6)), "damaged: 12 more", "once"]
    assert problems[0].line == 1
    assert problems[0].file == "a.txt"
    assert problems[0].text.startswith("EQU\t·µ")
    assert len(problems[0].text) == 200


def test_each_unknown_type_word_is_told_once():
    account = LineAccount("a.txt")
    account.count_unknown_type("FOO", 3, "type word 'FOO' is not known", 5, "FOO\t1")
    account.count_unknown_type("FOO", 2, "type word 'FOO' is not known", 99, "FOO\t2")
    account.count_unknown_type("\x01\x02", 1, "type word is not known", 7, "")
    assert account.tally.by_type == {"FOO": 5, "(unreadable)": 1}
    assert [str(problem) for problem in account.problems] == [
        "a.txt, line 5: type word 'FOO' is not known (5 lines) [FOO\t1]",
        "a.txt, line 7: type word is not known (1 lines)",
    ]


def test_damage_does_not_fill_the_account_with_words():
    account = LineAccount("a.txt")
    for number in range(200):
        account.count_unknown_type(f"word {number}", 1, "not known", number, "")
    assert len(account.tally.by_type) == 51
    assert sum(account.tally.by_type.values()) == 200
    assert len(account.problems) == 51
