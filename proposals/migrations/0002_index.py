"""What similarity and search keep; the postings and the full text as each database likes them."""

import django.db.models.deletion
from django.db import migrations, models

TABLE = "proposals_indexentry"
COLUMNS = "title_words, body_words, inner_words"

DOCUMENTS = {
    "title_document": "title_words",
    "text_document": "title_words || ' ' || body_words",
    "inner_document": "inner_words",
}

SQLITE = (
    "CREATE TABLE proposals_posting (term integer NOT NULL, impact integer NOT NULL, "
    "proposal_id integer NOT NULL, PRIMARY KEY (term, impact DESC, proposal_id)) WITHOUT ROWID",
    f"CREATE VIRTUAL TABLE proposals_words USING fts5({COLUMNS}, content='{TABLE}', "
    "content_rowid='proposal_id', tokenize=\"unicode61 tokenchars '.'\", columnsize=0, "
    "detail=column, prefix='2')",
    f"CREATE TRIGGER proposals_words_come AFTER INSERT ON {TABLE} BEGIN "
    f"INSERT INTO proposals_words(rowid, {COLUMNS}) VALUES "
    "(new.proposal_id, new.title_words, new.body_words, new.inner_words); END",
    f"CREATE TRIGGER proposals_words_go AFTER DELETE ON {TABLE} BEGIN "
    f"INSERT INTO proposals_words(proposals_words, rowid, {COLUMNS}) VALUES "
    "('delete', old.proposal_id, old.title_words, old.body_words, old.inner_words); END",
    f"CREATE TRIGGER proposals_words_change AFTER UPDATE OF {COLUMNS} ON {TABLE} BEGIN "
    f"INSERT INTO proposals_words(proposals_words, rowid, {COLUMNS}) VALUES "
    "('delete', old.proposal_id, old.title_words, old.body_words, old.inner_words); "
    f"INSERT INTO proposals_words(rowid, {COLUMNS}) VALUES "
    "(new.proposal_id, new.title_words, new.body_words, new.inner_words); END",
)
SQLITE_AWAY = (
    "DROP TRIGGER proposals_words_come",
    "DROP TRIGGER proposals_words_go",
    "DROP TRIGGER proposals_words_change",
    "DROP TABLE proposals_words",
    "DROP TABLE proposals_posting",
)
POSTGRESQL = (
    "CREATE TABLE proposals_posting (term bigint NOT NULL, impact integer NOT NULL, "
    "proposal_id bigint NOT NULL)",
    "CREATE UNIQUE INDEX proposals_posting_heaviest ON proposals_posting "
    "(term, impact DESC, proposal_id)",
    *(
        f"ALTER TABLE {TABLE} ADD COLUMN {column} tsvector GENERATED ALWAYS AS "
        f"(array_to_tsvector(string_to_array(btrim({words}), ' '))) STORED"
        for column, words in DOCUMENTS.items()
    ),
    # Texts and documents are kept out of line, so that what an index points to lies close together.
    f"ALTER TABLE {TABLE} SET (toast_tuple_target = 128)",
    *(f"CREATE INDEX {TABLE}_{column} ON {TABLE} USING gin ({column})" for column in DOCUMENTS),
)
POSTGRESQL_AWAY = (
    *(f"ALTER TABLE {TABLE} DROP COLUMN {column}" for column in DOCUMENTS),
    "DROP TABLE proposals_posting",
)


def lay_out(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def order_all(apps, schema_editor):
    schema_editor.execute(
        "INSERT INTO proposals_indexorder (proposal_id, tries, trouble) "
        "SELECT id, 0, '' FROM proposals_proposal"
    )


def take_away(apps, schema_editor):
    away = SQLITE_AWAY if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_AWAY
    for statement in away:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Vocabulary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted', models.BinaryField()),
                ('documents', models.PositiveIntegerField()),
                ('counted_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '词频统计',
                'verbose_name_plural': '词频统计',
            },
        ),
        migrations.CreateModel(
            name='IndexEntry',
            fields=[
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='index_entry', serialize=False, to='proposals.proposal')),
                ('profile', models.BinaryField(default=b'')),
                ('scopes', models.JSONField(default=list)),
                ('digest', models.CharField(blank=True, max_length=40)),
                ('title_words', models.TextField(blank=True)),
                ('body_words', models.TextField(blank=True)),
                ('inner_words', models.TextField(blank=True)),
                ('vocabulary', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': '索引条目',
                'verbose_name_plural': '索引条目',
                'indexes': [models.Index(fields=['vocabulary'], name='index_entry_vocabulary')],
            },
        ),
        migrations.CreateModel(
            name='Meaning',
            fields=[
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='meaning', serialize=False, to='proposals.proposal')),
                ('digest', models.CharField(max_length=40)),
                ('embedder', models.CharField(max_length=100)),
                ('vector', models.BinaryField()),
            ],
            options={
                'verbose_name': '语义向量',
                'verbose_name_plural': '语义向量',
            },
        ),
        migrations.CreateModel(
            name='IndexOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('trouble', models.TextField(blank=True)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='proposals.proposal')),
            ],
            options={
                'verbose_name': '待更新索引',
                'verbose_name_plural': '待更新索引',
            },
        ),
        # A table that no later migration may rebuild on SQLite without laying it out again: the
        # triggers on the entries and the order of the postings are not Django's.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Posting',
                    fields=[
                        ('term', models.BigIntegerField()),
                        ('impact', models.PositiveSmallIntegerField()),
                        ('proposal_id', models.BigIntegerField()),
                        ('pk', models.CompositePrimaryKey('term', 'impact', 'proposal_id', blank=True, editable=False, primary_key=True, serialize=False)),
                    ],
                    options={
                        'verbose_name': '倒排记录',
                        'verbose_name_plural': '倒排记录',
                    },
                ),
            ],
            database_operations=[migrations.RunPython(lay_out, take_away)],
        ),
        migrations.RunPython(order_all, migrations.RunPython.noop),
    ]
