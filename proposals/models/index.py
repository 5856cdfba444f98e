"""The stored data of similarity and search; all of it can be rebuilt."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models.proposal import Proposal


class IndexEntry(models.Model):
    """A proposal as similarity and search read it.

    The words are those of ``matching.words.search_words``, with blanks between them. Whoever
    sees the proposal may find it by ``title_words`` and ``body_words``; ``inner_words`` (units,
    replies that are not open) are for its proposers, the offices and its units alone. The
    database keeps its full-text index of the three columns by itself.
    """

    proposal = models.OneToOneField(
        Proposal, on_delete=models.CASCADE, primary_key=True, related_name="index_entry"
    )
    profile = models.BinaryField(default=b"", editable=False)  # matching.likeness.Profile.pack
    scopes = models.JSONField(default=list)  # Shape: list of int; where it can be found as alike
    digest = models.CharField(max_length=40, blank=True)  # of the text that is embedded
    title_words = models.TextField(blank=True)
    body_words = models.TextField(blank=True)
    inner_words = models.TextField(blank=True)
    vocabulary = models.PositiveIntegerField(default=0)  # of which count of terms it is weighed

    class Meta:
        verbose_name = _("索引条目")
        verbose_name_plural = _("索引条目")
        indexes = [
            models.Index(fields=["vocabulary"], name="index_entry_vocabulary"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}"


class Meaning(models.Model):
    """The vector of a proposal's text, where the site has an embedder; it takes long to make."""

    proposal = models.OneToOneField(
        Proposal, on_delete=models.CASCADE, primary_key=True, related_name="meaning"
    )
    digest = models.CharField(max_length=40)  # of the text that was embedded
    embedder = models.CharField(max_length=100)
    vector = models.BinaryField(editable=False)  # matching.embedding.pack

    class Meta:
        verbose_name = _("语义向量")
        verbose_name_plural = _("语义向量")

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.embedder}"


class IndexOrder(models.Model):
    """A proposal whose entry is out of date: written in the transaction that changed it.

    Only ever inserted and deleted, so that nobody who saves a proposal waits for the indexing.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.TextField(blank=True)

    class Meta:
        verbose_name = _("待更新索引")
        verbose_name_plural = _("待更新索引")

    def __str__(self) -> str:
        return f"{self.proposal_id}"


class Vocabulary(models.Model):
    """How common the terms are: a count taken now and then, the newest row in force."""

    counted = models.BinaryField()  # matching.likeness.Frequencies.pack
    documents = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("词频统计")
        verbose_name_plural = _("词频统计")

    def __str__(self) -> str:
        return f"{self.pk}: {self.documents}"


class Posting(models.Model):
    """That a term is in a proposal, and how much it weighs there.

    ``term`` is a scope and a term's key in one number, ``impact`` the weight in whole numbers.
    The table is laid out by ``matching.index`` for each database: in order of term and falling
    impact, so that the proposals where a term weighs most are read first.
    """

    term = models.BigIntegerField()
    impact = models.PositiveSmallIntegerField()
    proposal_id = models.BigIntegerField()
    pk = models.CompositePrimaryKey("term", "impact", "proposal_id")

    class Meta:
        verbose_name = _("倒排记录")
        verbose_name_plural = _("倒排记录")

    def __str__(self) -> str:
        return f"{self.term} {self.proposal_id}"
