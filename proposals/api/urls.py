"""Addresses of the proposal's life under the API's root."""

from rest_framework.routers import BaseRouter

from proposals.api import merging, views


def register(router: BaseRouter) -> None:
    """Add the view sets of this application to the API."""
    router.register("proposals", views.ProposalViewSet)
    router.register("clues", views.ClueViewSet)
    router.register("cosignatures", views.CosignatureViewSet)
    router.register("pre-assignments", views.PreAssignmentViewSet)
    router.register("assignment-batches", views.AssignmentBatchViewSet)
    router.register("assignments", views.AssignmentViewSet)
    router.register("return-requests", views.ReturnRequestViewSet)
    router.register("extension-requests", views.ExtensionRequestViewSet)
    router.register("replies", views.ReplyViewSet)
    router.register("feedback", views.FeedbackViewSet)
    router.register("commitments", views.CommitmentViewSet)
    router.register("attachments", views.AttachmentViewSet)
    router.register("events", views.EventViewSet)
    router.register("merge-candidates", merging.MergeCandidateViewSet)
    router.register("scans", merging.ScanViewSet)
    router.register("themes", merging.ThemeViewSet)
