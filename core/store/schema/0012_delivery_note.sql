-- What the note of a delivery was put together from, as JSON: a template, which a page translates, and its values.
ALTER TABLE delivery ADD COLUMN note_told TEXT;
