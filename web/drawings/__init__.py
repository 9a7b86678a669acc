"""
A diagram as the server draws it: the twin of what a browser shows, usable without script, in print and in a picture.

Pure: bytes of a BPMN file in, SVG out. `plan` reads where things lie, `state`
says what is marked on them, `twin` draws, `frame` puts all of it together for
a page.
"""
