"""The demo city: Qinhuangdao's published totals of 2017, brought about by the real operations."""
