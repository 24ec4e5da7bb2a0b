"""The tree of places of a community, its layout, grid codes and stickers.

- `service`: work on many places at once; `stickers`: QR codes to be printed; `links`: the addresses in them;
  `walking`: lists in the order in which one walks them.
  `report_page`: the page that a sticker opens.
"""
