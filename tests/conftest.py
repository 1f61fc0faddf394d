"""What holds for every property: its verdict does not hang on how busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile("stepway", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stepway")
