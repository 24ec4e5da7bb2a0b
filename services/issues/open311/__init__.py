"""Open311 GeoReport v2, as its readers and writers speak it: a dialect of the service's own API.

Everybody reads, and sees what is public: cases of public categories, the titles that workers gave them, public places.
Who writes has a key, given to a system by an operator. XML and JSON say the same, by the Spark mapping.

- `router` holds the routes of the endpoint and `keys_api` those of keys, which `keys` keeps; `jurisdictions` are the
  communities that are served; `documents` describes the routes in OpenAPI; `formats` writes both formats; `refusals`
  are the errors of the dialect.
- Reading: `queries` reads what is asked, `windows` makes a query of it, `requests` and `services` answer it in the
  `states` of the dialect, `notes` tells what happened.
- Writing: `form` reads what is sent, in one of two `encodings`; `locating` finds the place that is meant, `contacts`
  how the reporter can be reached; `create` takes a request, and `updates` takes an update.
"""
