"""The tables, as numbered migrations: a released one is never edited, a change is a new one.

Ids are derived from content (address and headline), so that a run that was killed and taken up again, or a
backfill in another order, makes the same rows.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("zingonia")

_TABLES = """
CREATE TABLE outlets (
  slug TEXT PRIMARY KEY, name TEXT NOT NULL, public TEXT NOT NULL, reach REAL NOT NULL, host TEXT NOT NULL DEFAULT ''
);
CREATE TABLE feeds (
  slug TEXT PRIMARY KEY, outlet TEXT NOT NULL REFERENCES outlets(slug), url TEXT NOT NULL, kind TEXT NOT NULL,
  confirmed INTEGER NOT NULL DEFAULT 0, added_at TEXT NOT NULL, etag TEXT, last_modified TEXT, next_at TEXT,
  failures INTEGER NOT NULL DEFAULT 0, last_success TEXT
);
CREATE TABLE fetches (
  url TEXT NOT NULL, at TEXT NOT NULL, feed TEXT, entry TEXT, outcome TEXT NOT NULL, status INTEGER,
  reason TEXT NOT NULL DEFAULT '', items INTEGER, new_items INTEGER, next_at TEXT, PRIMARY KEY (url, at)
);
CREATE INDEX fetches_feed ON fetches(feed, at);
CREATE INDEX fetches_outcome ON fetches(outcome, at);
CREATE TABLE entries (
  id TEXT PRIMARY KEY, feed TEXT NOT NULL, outlet TEXT NOT NULL REFERENCES outlets(slug), url TEXT NOT NULL,
  title TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '', published TEXT, language TEXT, publisher TEXT,
  seen_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT
);
CREATE INDEX entries_url ON entries(url);
CREATE INDEX entries_state ON entries(state, next_at);
CREATE INDEX entries_outlet ON entries(outlet, seen_at);
CREATE TABLE pages (
  entry TEXT PRIMARY KEY REFERENCES entries(id), fetched_at TEXT NOT NULL, final_url TEXT NOT NULL,
  status INTEGER NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE articles (
  id TEXT PRIMARY KEY, entry TEXT NOT NULL REFERENCES entries(id), version TEXT NOT NULL, url TEXT NOT NULL,
  outlet TEXT NOT NULL REFERENCES outlets(slug), title TEXT NOT NULL, snippet TEXT NOT NULL, words INTEGER NOT NULL,
  author TEXT, published TEXT, week TEXT, date_source TEXT, date_problem TEXT, language TEXT NOT NULL,
  access TEXT NOT NULL, seen_at TEXT NOT NULL, UNIQUE (entry, version)
);
CREATE INDEX articles_url ON articles(url, version, seen_at);
CREATE INDEX articles_week ON articles(week);
CREATE INDEX articles_outlet ON articles(outlet, week);
CREATE INDEX articles_published ON articles(published);
CREATE TABLE texts (
  article TEXT PRIMARY KEY REFERENCES articles(id), title TEXT NOT NULL, text TEXT NOT NULL, expires_on TEXT NOT NULL
);
CREATE TABLE rejections (
  entry TEXT NOT NULL REFERENCES entries(id), version TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (entry, version)
);
CREATE TABLE scans (
  article TEXT NOT NULL REFERENCES articles(id), version TEXT NOT NULL, named INTEGER NOT NULL,
  communes TEXT NOT NULL, PRIMARY KEY (article, version)
);
CREATE TABLE mentions (
  article TEXT NOT NULL REFERENCES articles(id), version TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL, sentence INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  PRIMARY KEY (article, version, start)
);
CREATE INDEX mentions_name ON mentions(name, kind);
CREATE TABLE verdicts (
  article TEXT NOT NULL REFERENCES articles(id), model TEXT NOT NULL, relevance TEXT NOT NULL, sentiment TEXT,
  topics TEXT NOT NULL, stigma INTEGER NOT NULL, p_territory REAL NOT NULL, p_negative REAL NOT NULL,
  p_positive REAL NOT NULL, p_stigma REAL NOT NULL, probabilities TEXT NOT NULL, uncertain INTEGER NOT NULL,
  evidence TEXT NOT NULL, PRIMARY KEY (article, model)
);
CREATE INDEX verdicts_relevance ON verdicts(model, relevance, sentiment);
CREATE TABLE corrections (
  id INTEGER PRIMARY KEY, article TEXT NOT NULL REFERENCES articles(id), question TEXT NOT NULL,
  value TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', at TEXT NOT NULL
);
CREATE INDEX corrections_article ON corrections(article, question);
CREATE TABLE story_articles (
  article TEXT NOT NULL REFERENCES articles(id), version TEXT NOT NULL, story TEXT NOT NULL, how TEXT NOT NULL,
  score REAL NOT NULL, PRIMARY KEY (article, version)
);
CREATE INDEX story_articles_story ON story_articles(story, version);
CREATE TABLE points (
  week TEXT NOT NULL, series TEXT NOT NULL, cut TEXT NOT NULL, model TEXT NOT NULL, method TEXT NOT NULL,
  value REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL, n_stories INTEGER NOT NULL,
  n_articles INTEGER NOT NULL, n_eff REAL NOT NULL, health REAL NOT NULL, enough INTEGER NOT NULL,
  PRIMARY KEY (series, cut, model, method, week)
);
CREATE TABLE alerts (
  key TEXT PRIMARY KEY, kind TEXT NOT NULL, story TEXT, state TEXT NOT NULL, title TEXT NOT NULL,
  reason TEXT NOT NULL, facts TEXT NOT NULL, opened_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE outbox (
  key TEXT PRIMARY KEY, alert TEXT NOT NULL REFERENCES alerts(key), made_at TEXT NOT NULL, sent_at TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, error TEXT
);
CREATE TABLE digests (
  week TEXT PRIMARY KEY, made_at TEXT NOT NULL, model TEXT NOT NULL, method TEXT NOT NULL, context TEXT NOT NULL
);
"""

_VIEWS = """
CREATE VIEW current_articles AS
  SELECT a.* FROM articles a
  WHERE NOT EXISTS (
    SELECT 1 FROM articles b WHERE b.url = a.url
    AND (CAST(b.version AS INTEGER), b.seen_at, b.id) > (CAST(a.version AS INTEGER), a.seen_at, a.id)
  );
CREATE VIEW coverage AS
  SELECT a.id, a.week, a.published, o.name AS outlet, o.public, a.title, a.url, a.snippet, v.relevance, v.sentiment,
    v.topics, v.stigma, v.uncertain, round(v.p_negative, 2) AS p_negative, v.evidence, a.access, a.language,
    a.date_source, a.date_problem, s.communes, sa.story, v.model
  FROM current_articles a
  JOIN outlets o ON o.slug = a.outlet
  JOIN verdicts v ON v.article = a.id
  LEFT JOIN scans s ON s.article = a.id
  LEFT JOIN story_articles sa ON sa.article = a.id;
"""


@migrations()
def m001_first(db: Database) -> None:
    """All the tables of 0.1, with full-text search that finds `città` for `citta`."""
    for statement in (_TABLES + _VIEWS).split(";"):
        if statement.strip():
            db.execute(statement)
    db.table("texts").enable_fts(
        ["title", "text"], tokenize="unicode61 remove_diacritics 2", create_triggers=True, replace=True
    )
