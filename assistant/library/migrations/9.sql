-- The bibliographic record as a JSON object in CSL-JSON's terms; '' if there is none.
ALTER TABLE papers ADD COLUMN reference TEXT NOT NULL DEFAULT '';
-- The few papers that are known to be retracted.
CREATE INDEX retracted_papers ON papers (number)
WHERE json_extract(nullif(reference, ''), '$.status') = 'retracted';
