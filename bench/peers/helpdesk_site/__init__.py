"""A Django site with nothing but django-helpdesk on it: the closest peer that does the whole job."""
