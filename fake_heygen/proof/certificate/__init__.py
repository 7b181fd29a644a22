"""The certificate: everything that a sound receiver of HeyGen's webhooks must do, tried from outside."""
