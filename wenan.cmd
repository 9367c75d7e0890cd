@echo off
setlocal
rem Starts the desk by a double click. 65001 is UTF-8, so that Chinese shows.
chcp 65001 >nul
set "WENAN_PYTHON="
rem A plain "py -3" may be newer than what we support, so ask for the ones that fit first. "python" may be the
rem stub of the Microsoft Store: it fails on the test with -c and is passed over.
for %%V in (3.13 3.12 3.11 3) do if not defined WENAN_PYTHON (py -%%V -c "" >nul 2>nul && set "WENAN_PYTHON=py -%%V")
if not defined WENAN_PYTHON (python -c "" >nul 2>nul && set "WENAN_PYTHON=python")
if not defined WENAN_PYTHON goto missing
%WENAN_PYTHON% "%~dp0run.py" %*
set "WENAN_CODE=%ERRORLEVEL%"
if not "%WENAN_CODE%"=="0" pause
exit /b %WENAN_CODE%
:missing
echo 没有找到 Python。请从 python.org 下载安装 Python 3.13（3.11、3.12 也可以），安装时勾选 Add python.exe to PATH，然后再双击一次。
pause
exit /b 1
