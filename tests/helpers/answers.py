"""Some answers of a database, for comparison between threads and processes."""


def answers(db):
    return db.query("Zn-O").counts, list(db.sql("from table2")), db.label(["ZnO"]).to_pylist()
