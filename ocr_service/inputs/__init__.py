"""Which inputs there are among the files and folders that a person names, and pages that are text.

regular        opens regular files only, never pipes, devices or sockets
numbered       files that one running number orders
page_files     the page files of a folder
tool_output    files that an OCR tool wrote beside a document
libraries      recognises other libraries, whose books are not read again
find           finds the inputs
decode         decodes text files
page_marks     splits a document at the page marks of OCR tools
content_list   reads MinerU's list of what is on which page
text_pages     pages that are text already
content        the digest of an input's content
"""
