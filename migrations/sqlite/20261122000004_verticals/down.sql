DROP TABLE vertical_attributes;
DROP TABLE verticals;
