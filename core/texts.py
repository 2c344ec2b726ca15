"""Texts for people: marked here for the catalogue, put into a language only at the edge.

Chinese is the source language, so a text outside any request reads in Chinese. The module holds no
text of its own.
"""

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

Text = str | LazyString

__all__ = ["Text", "gettext", "lazy_gettext", "ngettext"]
