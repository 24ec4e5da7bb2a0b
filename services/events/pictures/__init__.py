"""Pictures (图片): what people see of an activity before they come, drawn anew without anything else in the file.

`images` makes a file harmless; `drawing` is a program of its own with limits of memory and time, since what unpacking
costs can't be told beforehand; `shown` says what shows a picture: as long as nothing public does, those who plan
activities see it alone.
"""
