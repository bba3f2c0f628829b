"""The pages, a module each: what is read, the view that is made of it (pure), and the template that shows it."""
