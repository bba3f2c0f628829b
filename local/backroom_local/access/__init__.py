"""Who may do what on the twin: the policies of the template, enforced (`backroom local up --enforce-iam`).

`policy`, `matching`, `principals`, `conditions` and `evaluation` are pure. `asked` reads a request, `acts` says which
actions on which resources it is, `callers` and `directory` say who calls and which policies hold, and `guard` stands in
front of the twin. docs/adr/0006-iam-evaluated-by-our-own.md says why it is ours.
"""
