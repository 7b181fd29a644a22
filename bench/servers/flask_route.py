"""Serve the document's own route: Flask, Flask-SQLAlchemy, SQLite, one commit a request, word for word."""

from __future__ import annotations

import os

from flask import Blueprint, Flask, request
from flask_sqlalchemy import SQLAlchemy

from bench.servers import REELS

db = SQLAlchemy()
bp = Blueprint("webhook", __name__)


class Reel(db.Model):  # type: ignore[name-defined,misc]
    """Hold what the document's route touches."""

    id = db.Column(db.Integer, primary_key=True)
    status = db.Column(db.String(20), nullable=False, default="processing")
    video_url = db.Column(db.String(500))
    error_message = db.Column(db.Text)


@bp.route("/webhooks/heygen/reel/<int:reel_id>", methods=["POST"])
def heygen_reel_webhook(reel_id: int) -> tuple[str, int]:
    """Process a notification from HeyGen."""
    data = request.json
    reel = Reel.query.get_or_404(reel_id)

    if data.get("event") == "avatar_video.success":
        reel.status = "completed"
        reel.video_url = data.get("data", {}).get("video_url")
    elif data.get("event") == "avatar_video.fail":
        reel.status = "failed"
        reel.error_message = data.get("data", {}).get("error")

    db.session.commit()
    return "OK", 200


def create_app() -> Flask:
    """Return the application over the database that BENCH_DATABASE names, with its reels in it."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['BENCH_DATABASE']}"
    db.init_app(app)
    app.register_blueprint(bp)
    with app.app_context():
        db.create_all()
        if db.session.get(Reel, 1) is None:
            db.session.execute(db.insert(Reel), [{"status": "processing"}] * REELS)
            db.session.commit()
    return app
