const unfinished = "('open', 'in_progress', 'blocked', 'deferred')";

/** bd's two views: what is ready, and what waits. A reader meets them as names that are no tables. */
export const viewsSql: string = `
CREATE VIEW ready_issues AS
WITH RECURSIVE blocked(issue_id, depth) AS (
  SELECT d.issue_id, 0 FROM dependencies d JOIN issues b ON b.id = d.depends_on_id
  WHERE d.type = 'blocks' AND b.status IN ${unfinished}
  UNION
  SELECT d.issue_id, blocked.depth + 1 FROM blocked JOIN dependencies d ON d.depends_on_id = blocked.issue_id
  WHERE d.type = 'parent-child' AND blocked.depth < 50
)
SELECT i.* FROM issues i WHERE i.status = 'open' AND i.id NOT IN (SELECT issue_id FROM blocked);

CREATE VIEW blocked_issues AS
SELECT i.*, count(d.depends_on_id) AS blocked_by_count
FROM issues i
JOIN dependencies d ON d.issue_id = i.id AND d.type = 'blocks'
JOIN issues b ON b.id = d.depends_on_id AND b.status IN ${unfinished}
WHERE i.status IN ${unfinished}
GROUP BY i.id;
`;
