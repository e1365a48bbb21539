-- The bibliographic record as a JSON object in CSL-JSON's terms; '' if there is none.
ALTER TABLE papers ADD COLUMN reference TEXT NOT NULL DEFAULT '';
