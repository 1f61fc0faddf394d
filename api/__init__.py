"""The surfaces of Stepway: the web service and the console. Everything they say comes from the packages below."""
