"""Photos, recordings and documents: recognised by content, made harmless, kept in GridFS, read by whom they concern.

- `photos`, `attachments`: what is kept of each kind; `opening`: makes both; `allowance`: how much a person may send a
  day.
- `images`, `labels`: pictures are drawn anew, those of newer phones after `picture_unpacking`, and their labels read
  once; `recordings`: sound with nothing beside it; `documents`, `pdf_cleaning`: PDFs without anything that acts.
- `visibility`: what later rooms show of uploads; `tidying`: deletes what nothing shows.
"""
