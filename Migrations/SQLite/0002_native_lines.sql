-- A result line that the provider sent in a form of its own, as it was received; `line` holds it in canonical form.
ALTER TABLE result_lines ADD COLUMN native BLOB;
