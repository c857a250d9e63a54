DROP TABLE reserves;
DROP TABLE standing_steps;
DROP TABLE standings;
