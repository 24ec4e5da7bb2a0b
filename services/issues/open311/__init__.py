"""Open311 GeoReport v2: the service's cases in the protocol that clients of Open311 speak.

Everybody may read, and sees public data: cases of public categories, the titles that workers gave them, public places.
A system that writes needs a key, which an operator gives it. XML and JSON have the same content, by the Spark mapping.

- `router` holds the routes of the endpoint and `keys_api` those of keys, which `keys` stores; `jurisdictions` are the
  communities that are served; `documents` describes the routes in OpenAPI; `formats` writes both formats; `refusals`
  are the errors in the form of Open311; `times` reads times.
- Reading: `queries` reads the parameters of a request, `windows` makes a query of them, `requests` and `services`
  answer with the `states` of Open311, `notes` tells the history of a request.
- Writing: `form` reads the form that is sent, in one of two `encodings`; `locating` finds the place that is meant,
  also by words (`addresses`), `contacts` the ways to reach the reporter; `sameness` tells a form that is sent again;
  `create` takes a request, and `updates` takes an update.
"""
