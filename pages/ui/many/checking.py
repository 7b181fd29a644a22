"""Check the rows that are being written, and add up what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.campaign_draft import CampaignDraft
from core.campaign_rows import Brands, Checked, check_rows
from core.catalogue import Avatar, Catalogue, Voice
from core.estimate import Concern, Estimate, concerns, estimate
from core.formats import format_of
from core.models import Reel
from core.product import Product
from pages.ui.casting import offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Hold what the good rows come to: reels, spoken seconds, price."""

    reels: int
    seconds: float
    price: float


def check(product: Product, draft: CampaignDraft, offer: Catalogue) -> list[Checked]:
    """Return the rows of a draft with their reels, or with what is wrong."""
    has_url = product.processor.webhook_base_url is not None
    return check_rows(draft.rows, draft.common, offer, has_url=has_url, brands=_brands(product))


def _brands(product: Product) -> Brands | None:
    """Return what the accounts have on offer, None where there is but one."""
    accounts = product.processor.accounts
    if not accounts.several:
        return None
    return Brands(choose=accounts.choose, offers={name: offered(product, name) for name in accounts.names})


def prices(product: Product, checked: Iterable[Checked]) -> dict[str, float]:
    """Add up by account what the rows that are good will cost."""
    sums: dict[str, float] = {}
    for one in checked:
        if one.reel is not None:
            sums[one.reel.account] = sums.get(one.reel.account, 0.0) + estimated(product, one.reel).price
    return sums


def estimated(product: Product, reel: Reel) -> Estimate:
    """Return what a reel comes to."""
    settings = product.settings
    return estimate(reel.script, speed=1.0, price_per_s=settings.price_per_s, demo=settings.demo)


def totals(product: Product, checked: Iterable[Checked]) -> Totals:
    """Add up the rows that are good."""
    each = [estimated(product, one.reel) for one in checked if one.reel is not None]
    return Totals(reels=len(each), seconds=sum(e.seconds for e in each), price=sum(e.price for e in each))


def too_long(product: Product, checked: Iterable[Checked]) -> list[int]:
    """Return the numbers of the good rows whose video is longer than the destination of its format takes."""
    return [one.row.number for one in checked if one.reel is not None and _is_too_long(product, one.reel)]


def _is_too_long(product: Product, reel: Reel) -> bool:
    limit_s = format_of(reel.aspect_ratio).limit_s
    return Concern.TOO_LONG in concerns(estimated(product, reel), limit_s=limit_s, balance=None)


def wrong_places(draft: CampaignDraft, checked: Sequence[Checked]) -> list[int]:
    """Return which rows of a draft are wrong."""
    wrong = {one.row.number for one in checked if one.problem is not None}
    return [place for place, row in enumerate(draft.rows) if row.number in wrong]


def names(offer: Iterable[Avatar | Voice]) -> Mapping[str, str]:
    """Return the names of what is on offer by id."""
    return {one.id: one.name for one in offer}
