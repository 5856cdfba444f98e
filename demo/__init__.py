"""A committee's played year, and a session of today: invented people who use the API.

From the ground up: the material (``wording``, ``texts``, ``letters``, ``replies``, ``places`` and
the scenarios), the plan of a year (``scenario``, ``planning``, ``case_plan``), the people in post
(``people``), a proposal as it is played (``case``), what is done with it (``proposing`` to
``feedback``), and in what order: ``year`` and ``today`` give each case a script, which ``engine``
runs in the order of time.
"""
