-- Records that follow the items of another program, such as Zotero. `origin` names its library,
-- `key` the item there, `stamp` the state of the item when it was read last. The record is found by
-- `names` (JSON: its keys, its titles) and told by `digest`; both are empty where the item is no
-- paper. `source` is the source that the record has.
CREATE TABLE linked_records (
    origin TEXT NOT NULL,
    key TEXT NOT NULL,
    stamp TEXT NOT NULL,
    names TEXT NOT NULL,
    digest TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (origin, key)
) WITHOUT ROWID;
