"""Records: what is kept of a volunteer in five parts (志愿服务记录), and the certificates that are made of it.

`numbers` gives each certificate the next number of its community and year, `desk` is where one is made, `register` the
sheet of all, `export` the sheets for the ministry. `drawing` makes the PDF, `lettering` knows which characters its font
can draw, and `checking_page` is what everybody sees who checks a certificate.
"""
