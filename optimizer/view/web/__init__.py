"""Draw the interactive map as one page that needs no network: facts from Python, a small front end of our own.

Why not Bokeh, the one Python map stack whose inline resources were complete and offline when tried: its first hover
tool wins, so that sites, zones and lines do not share one hover box; its patches ignore holes; its file took 2.1 MB
where this one takes 0.4. Keyboard, a pinned panel, text contrast and two linked maps would have been scripts of ours
on top of it anyway; how fast it steps was not measured. Here Python projects everything onto whole numbers of a
plane, and the plain scripts in ``assets/`` draw them: no framework, nothing to build.
"""
