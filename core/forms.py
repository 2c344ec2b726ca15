"""The base of every form: CSRF on, surrounding blanks off, and a place for what a rule refuses."""

from typing import Any

from flask_wtf import FlaskForm

from core.errors import DomainError


def stripped(value: Any) -> Any:
    """Take surrounding blanks off typed text."""
    return value.strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """A form whose typed text is stripped and which can show a rule's refusal."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = list(unbound_field.kwargs.get("filters", []))
            is_text = unbound_field.field_class.__name__ in {"StringField", "TextAreaField", "SearchField"}
            if is_text and stripped not in filters:
                filters.append(stripped)
            return unbound_field.bind(form=form, filters=filters, **options)

    def refuse(self, error: DomainError) -> None:
        """Show what a rule refused above the fields; what was typed stays."""
        self.form_errors.append(str(error))
