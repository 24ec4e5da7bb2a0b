"""Records: the record of a volunteer in five parts (志愿服务记录), and the certificates that are made of it.

`numbers` gives each certificate the next number of its community and year, `desk` makes a certificate, `register`
writes the sheet of all, `export` the sheets for the ministry. `drawing` makes the PDF, `lettering` knows which
characters its font can draw, `possible` says who may do what with a certificate now, and `checking_page` is the public
page on which a certificate is checked.
"""
