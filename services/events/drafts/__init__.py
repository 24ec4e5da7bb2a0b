"""Drafts (草稿): activities that are being planned, approved by staff before anybody else reads them; and templates."""
