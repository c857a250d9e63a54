DROP TABLE vertical_changes;
