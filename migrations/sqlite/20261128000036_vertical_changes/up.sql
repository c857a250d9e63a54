-- How often a vertical was changed: servers keep the verticals in memory as of that many changes.
CREATE TABLE vertical_changes (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  changes INTEGER NOT NULL
) STRICT;
INSERT INTO vertical_changes (id, changes) VALUES (1, 0);
