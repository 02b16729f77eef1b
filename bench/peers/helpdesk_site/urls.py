"""What django-helpdesk links to in its acknowledgements."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
