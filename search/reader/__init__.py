"""Serves a library to people, in a browser.

addresses    makes and reads the addresses of pages
rendering    turns markdown with LaTeX into safe HTML
blocks       gives each part of a page its place in the print
books        holds what the screens need of a book: labels, regions, outline, statements
numbered     links "(2.6)" and "Theorem 4.2" to where they stand
images       renders pages, and the next one ahead
results      makes the hits of a search for the screen
above        makes what stands above the hits: entries of indexes
running      finds a reader that is running on this machine, and pages in it
guard        checks host and token; sets the headers that forbid foreign content
screens      answers the requests for screens
app          combines screens, images and static files
serve        listens at an address until a signal arrives
"""
