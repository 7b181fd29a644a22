"""The OpenAPI 3.1 description of HeyGen's routes as they are simulated here."""
