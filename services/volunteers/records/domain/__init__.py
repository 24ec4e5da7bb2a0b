"""The rules of records and certificates, after Order 67 of the ministry and 民发〔2015〕149号."""
