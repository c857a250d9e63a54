DROP TABLE deliveries;
DROP TABLE purchases;
