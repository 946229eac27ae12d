"""Quality tests of the ocean, and the tests that its calibrators bring along."""
