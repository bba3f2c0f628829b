"""What can be wrong with a template, by name."""


class TemplateError(Exception):
    """A template that cannot be applied; the message names the place and the way out."""


class UnknownTypeError(TemplateError):
    """A resource of a type that the twin neither creates nor declares inert."""


class DanglingReferenceError(TemplateError):
    """A reference to what the template does not have."""


class ResourceFailedError(TemplateError):
    """A resource that a service refused to create."""
