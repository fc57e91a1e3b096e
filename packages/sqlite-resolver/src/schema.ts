/** The tables of a beads database, as far as they are read here. */
export interface BeadsSchema {
  issues: IssuesTable;
  dependencies: DependenciesTable;
  labels: LabelsTable;
  events: EventsTable;
}

/** Only `id` and `status` are always there. */
export interface IssuesTable {
  id: string;
  status: string;
  title: string;
  description: string | null;
  issue_type: string;
  assignee: string | null;
  created_at: string;
  created_by: string | null;
  updated_at: string;
  closed_at: string | null;
  close_reason: string | null;
}

/** Who depends on whom; a convoy depends on what it tracks, with type `tracks`. */
export interface DependenciesTable {
  issue_id: string;
  depends_on_id: string;
  type: string;
}

/** Labels, such as `gt:owned`. */
export interface LabelsTable {
  issue_id: string;
  label: string;
}

/** What was done to issues, oldest first. */
export interface EventsTable {
  id: number;
  issue_id: string;
  event_type: string;
}
