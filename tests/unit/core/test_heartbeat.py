from __future__ import annotations

from datetime import timedelta

import pytest

from core.dashboard import figures
from core.heartbeat import NEEDED, QUEUES, beat, is_alive, served_s
from core.product import Product
from tests.conftest import Build
from tests.factories import NOW, House

YOUNG = dict.fromkeys(QUEUES, 1.0)


@pytest.mark.parametrize(
    ("own_s", "queues_s", "age_s"),
    [
        (None, {}, None),
        (3.0, {}, 3.0),
        (None, YOUNG, 1.0),
        (None, YOUNG | {"inbox": 9.0}, 9.0),
        (None, YOUNG | {"archive": 900.0, "notify": None}, 1.0),
        (None, YOUNG | {"sweep": None}, None),
        (2.0, YOUNG | {"sweep": 900.0}, 2.0),
        (900.0, YOUNG, 1.0),
    ],
)
def test_work_is_done_where_one_worker_does_all_or_every_needed_queue_is_served(
    own_s: float | None, queues_s: dict[str, float | None], age_s: float | None
) -> None:
    assert served_s(own_s, queues_s) == age_s


def test_a_sign_of_life_grows_old() -> None:
    assert [is_alive(age) for age in (None, 0.0, 14.9, 15.0)] == [False, True, True, False]


def product(house: House) -> Product:
    return Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)


def test_on_celery_the_worker_lives_while_every_needed_queue_is_served(build: Build) -> None:
    house = build(celery_broker_url="redis://broker.test/0")
    assert figures(product(house), NOW).worker_age_s is None
    for queue in NEEDED:
        beat(house.store, NOW, queue)
    assert figures(product(house), NOW).worker_alive
    later = NOW + timedelta(seconds=20)
    for queue in NEEDED[1:]:
        beat(house.store, later, queue)
    told = figures(product(house), later)
    assert (told.worker_alive, told.worker_age_s, told.queues_s["archive"]) == (False, 20.0, None)


def test_without_a_broker_queues_say_nothing(build: Build) -> None:
    house = build()
    for queue in NEEDED:
        beat(house.store, NOW, queue)
    told = figures(product(house), NOW)
    assert (told.worker_alive, told.queues_s, told.broker) == (False, {}, None)
