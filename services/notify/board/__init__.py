"""The notice board (公示栏): what was found and put right, for everybody to read. No person appears on it.

`counting` and `rounds` count the `figures`; `case_states` says which cases count as open. `gallery` keeps boards
warm, by what `changes` hears; `page` and `feeds` show them in the words of `labels`, with the `templates` and `assets`
beside them.
"""
