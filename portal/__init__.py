"""The collector while a process starts: 200,000 objects are made that stay, tables and statements most of them, and by
Python's own thresholds it looks at them again and again, a seventh of the time that importing takes (measured)."""

import gc

gc.set_threshold(50_000, 50, 50)
