-- One row that is written anew to see whether a case would be stored now; it holds nothing.
CREATE TABLE probe (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    bytes BLOB    NOT NULL                                -- as many as a usual case has
) STRICT;

INSERT INTO probe (id, bytes) VALUES (1, x'');
