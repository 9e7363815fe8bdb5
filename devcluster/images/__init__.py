"""The image build: what goes into each image, staged on this machine and built by whichever engine is in use.

Nothing is downloaded inside ``docker build``. Python packages, the React build and Django's static files
are made on the host, each cached under the hash of what it is made of (``staging``), and streamed to the
engine as a build context (``context``). Where no registry can be reached, all images stand on one Debian
base (``base``). ``catalogue`` says what the images are, ``builder`` builds them side by side and ``records``
writes down the result. The command is ``devcluster build``.
"""
