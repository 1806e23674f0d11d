#!/bin/sh
# Runs after the installation, in the app's folder: the program unpacks itself into
# a file once, to start at once from then on. Where it cannot, it does so at each start.
set -e
. ./package.conf
rm -f ".$APPNAME"
"./$APPNAME" --unpack ".$APPNAME"
mv -f ".$APPNAME" "$APPNAME"
