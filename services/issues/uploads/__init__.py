"""Photos, recordings and documents: recognised by content, made harmless, kept in GridFS, read by whom they concern.

- `photos`, `attachments`: what is kept of each kind; `allowance`: how much one person may send in a day.
- `images`, `labels`: pictures drawn anew, and what their labels said of place and time; `recordings`: sound without
  anything beside it; `documents`, `pdf_cleaning`: PDFs without anything that acts.
- `showing`: what later rooms show of uploads; `tidying`: deletes what nothing shows.
"""
